import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isPostgres } from '../database/database.ts';
import { errors } from '../errors/errors.ts';
import { environmentVariable, settingEntries } from './settings.ts';
import { type Config, developmentCertificate, type SettingName } from './settings.ts';
import { readSources } from './sources.ts';
import type { Environment, Fault, Source } from './sources.ts';

const refuse = errors({
  'config.faults': { kind: 'ServiceFailure', text: 'The configuration cannot be used:\n{faults}' },
});

const prefix = 'CARILLON_';

/** Names that look like Carillon's and are not: most often a slip of the keys, which must not pass in silence. */
function unknownNames(sources: Source[]): Fault[] {
  const keys = new Set<string>(settingEntries().map(([key]) => key));
  const variables = new Set<string>(settingEntries().map(([, { env }]) => env));
  return sources.flatMap(({ place, kind, values }) =>
    [...values.keys()]
      .filter((name) => {
        if (kind === 'file') return !keys.has(name);
        // The environment holds much that is not ours; .env is ours alone.
        return name !== environmentVariable && !variables.has(name) && (place === '.env' || name.startsWith(prefix));
      })
      .map((name) => ({ name, place, wrong: 'no setting has this name' })),
  );
}

const shown = (value: unknown): string => {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
};

function judge(sources: Source[], faults: Fault[]): Partial<Record<SettingName, unknown>> {
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const [key, setting] of settingEntries()) {
    const nameIn = (source: Source): string => (source.kind === 'file' ? key : setting.env);
    const source = sources.find((each) => each.values.has(nameIn(each)));
    if (!source) {
      if (setting.default !== undefined) values[key] = setting.default;
      continue;
    }
    const given = source.values.get(nameIn(source));
    const read = source.kind === 'file' ? given : setting.kind.fromText(String(given).trim());
    const result = setting.kind.schema.safeParse(read);
    if (result.success) values[key] = result.data;
    else {
      const value = setting.secret ? 'the value' : shown(given);
      faults.push({
        name: nameIn(source),
        place: source.place,
        wrong: `${value} does not fit, expected ${setting.kind.expected}`,
      });
    }
  }
  return values;
}

interface LoadOptions {
  env: Environment;
  folder: string;
  serving?: boolean;
}

type Judged = Partial<Omit<Config, 'publicUrl'>> & { publicUrl?: string };

/** What does not go together. */
function relations({ publicUrl, tlsCertificate, tlsKey }: Judged): Fault[] {
  const faults: Fault[] = [];
  if (tlsCertificate !== undefined && publicUrl !== undefined && !publicUrl.startsWith('https:')) {
    const wrong = 'with TLS_CERTIFICATE Carillon speaks https alone, expected an https origin';
    faults.push({ name: 'PUBLIC_URL', place: '', wrong });
  }
  if (tlsKey !== undefined && tlsCertificate === undefined)
    faults.push({ name: 'TLS_KEY', place: '', wrong: 'needs TLS_CERTIFICATE beside it' });
  return faults;
}

/** Files that must be there for a server to start; a command can do without them. */
function missingFiles({ tlsCertificate, tlsKey }: Judged, folder: string): Fault[] {
  return [
    { name: 'TLS_CERTIFICATE', path: tlsCertificate === developmentCertificate ? undefined : tlsCertificate },
    { name: 'TLS_KEY', path: tlsKey },
  ].flatMap(({ name, path }) => {
    if (path === undefined || isFile(resolve(folder, path))) return [];
    return [{ name, place: '', wrong: `there is no file ${resolve(folder, path)}` }];
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'; // whoever reads it says so
  }
}

/**
 * The configuration, from the environment, `.env` and `config/*.json` below `folder`.
 * @param serving whether a server is to start with it: then its files must be there
 * @returns every setting, with its default where nothing was said; paths absolute, from `folder`
 * @throws config.faults, with one line for every fault; never with the value of a secret
 */
export function loadConfig({ env, folder, serving = false }: LoadOptions): Config {
  const faults: Fault[] = [];
  const sources = readSources(env, folder, faults);
  faults.push(...unknownNames(sources));
  const judged = judge(sources, faults);
  faults.push(...relations(judged as Judged), ...(serving ? missingFiles(judged as Judged, folder) : []));
  if (faults.length > 0) {
    const lines = faults.map(({ name, place, wrong }) => `  ${name}${place && ` (${place})`}: ${wrong}`);
    throw refuse('config.faults', { values: { faults: lines.join('\n') } });
  }
  // Each value passed its own schema, and only those with a derived default can be missing.
  const values = judged as Omit<Config, 'publicUrl' | 'dataDir' | 'logFile' | 'trailDigestDir'> & Partial<Config>;
  const onServer = isPostgres(values.databaseUrl);
  const databaseUrl = onServer ? values.databaseUrl : resolve(folder, values.databaseUrl);
  const dataDir = resolve(folder, values.dataDir ?? (onServer ? 'data' : dirname(databaseUrl)));
  const logFile = values.logFile ?? resolve(dataDir, 'carillon.log');
  const publicUrl = values.publicUrl ?? `${values.tlsCertificate ? 'https' : 'http'}://localhost:${values.port}`;
  return Object.freeze({
    ...values,
    publicUrl,
    databaseUrl,
    dataDir,
    trailDigestDir: resolve(folder, values.trailDigestDir ?? resolve(dataDir, 'trail-digests')),
    certsDir: resolve(folder, values.certsDir),
    logFile: logFile === '-' ? '-' : resolve(folder, logFile),
    metricsToken: values.metricsToken,
    smtpUrl: values.smtpUrl,
    mailFrom: values.mailFrom,
    tlsCertificate: values.tlsCertificate && certificatePath(folder, values.tlsCertificate),
    tlsKey: values.tlsKey && resolve(folder, values.tlsKey),
  });
}

/** A path, from `folder`; the word for the certificate that Carillon makes itself stays a word. */
const certificatePath = (folder: string, given: string): string =>
  given === developmentCertificate ? given : resolve(folder, given);
