// A process of its own for file.test.ts: writes to standard error until its reader has certainly gone.
import { writeSync } from 'node:fs';
import { createLog } from '../../../src/platform/log/log.ts';

const log = createLog({ level: 'info', destination: '-' });
for (let gone = false; !gone;) {
  log.info('is anybody there?');
  try {
    writeSync(2, '\n');
  } catch {
    gone = true;
  }
}
log.info('nobody');
await new Promise((done) => setImmediate(done)); // an error that nobody handles would end the process here
