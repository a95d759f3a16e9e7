import { fileURLToPath } from 'node:url';
import { loadConfig } from '../platform/config/load.ts';
import type { Config } from '../platform/config/settings.ts';

/** The configuration of the checkout that this command belongs to, wherever it is called from. */
export const configuration = (serving = false): Config =>
  loadConfig({ serving, env: process.env, folder: fileURLToPath(new URL('../..', import.meta.url)) });
