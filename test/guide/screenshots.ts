import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesFolder, pictureOf } from './pictures.ts';
import { startStage } from './stage.ts';
import { walk } from './walk.ts';

/** `npm run guide`: makes the pictures of the Administration Guide anew; those that the walk does not make go. */
const stage = await startStage();
const made = new Set<string>();
mkdirSync(imagesFolder, { recursive: true });
try {
  await walk(stage, {
    shot: async (name, page) => {
      writeFileSync(join(imagesFolder, `${name}.png`), await pictureOf(stage, page));
      made.add(`${name}.png`);
    },
    look: async () => {},
  });
  for (const file of readdirSync(imagesFolder)) if (!made.has(file)) rmSync(join(imagesFolder, file));
} finally {
  await stage.stop();
}
process.stdout.write(`${made.size} pictures in docs/administration/images\n`);
process.exit(0);
