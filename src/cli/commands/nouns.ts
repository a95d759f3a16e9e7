import type { Noun } from '../frame/program.ts';
import { accessKey } from './access-key.ts';
import { account } from './account.ts';
import { admin } from './admin.ts';
import { backup, restore } from './backup.ts';
import { client } from './client.ts';
import { commandReference } from './command-reference.ts';
import { completion } from './completion.ts';
import { connection } from './connection.ts';
import { directory } from './directory.ts';
import { doctor } from './doctor.ts';
import { domain } from './domain.ts';
import { envExample } from './env-example.ts';
import { group } from './group.ts';
import { invitation } from './invitation.ts';
import { migrate } from './migrate.ts';
import { organisation } from './organisation.ts';
import { receipt } from './receipt.ts';
import { scimKey } from './scim-key.ts';
import { secrets } from './secrets.ts';
import { serve } from './serve.ts';
import { signingKey } from './signing-key.ts';
import { trail } from './trail.ts';
import { upstream } from './upstream.ts';
import { user } from './user.ts';

/** Every noun of the command line, in the order of the help. A new one is a line here. */
export const nouns: readonly Noun[] = [
  serve, //
  doctor,
  migrate,
  admin,
  accessKey,
  organisation,
  account,
  domain,
  connection,
  directory,
  scimKey,
  group,
  user,
  invitation,
  client,
  upstream,
  receipt,
  trail,
  backup,
  restore,
  secrets,
  signingKey,
  envExample,
  commandReference,
  completion,
];
