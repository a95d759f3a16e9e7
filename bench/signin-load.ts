// The load of `signin.ts`, in a process of its own: the browsers, and the OpenID provider that they are sent to.
import { startRogueProvider } from '../test/support/rogue-provider.ts';
import { Visitor } from '../test/support/visitor.ts';
import { type Measured, onDemand, repeat, timed } from './load.ts';

export interface Load {
  /** Where Carillon is; without it the load only says where its provider is. */
  url?: string;
  connections: number;
  seconds: number;
}

/** What is known of the provider before there is a company that uses it. */
export interface Provided {
  issuer: string;
  clientId: string;
  clientSecret: string;
  subject: { sub: string };
}

const provider = await startRogueProvider();
const { issuer, clientId, clientSecret, subject } = provider;
process.send?.({ provided: { issuer, clientId, clientSecret, subject } satisfies Provided });

/** One person, one browser: the page, the address, the provider, the callback, and the page that is for them alone. */
async function journey(url: string): Promise<void> {
  const visitor = new Visitor(url);
  const sent = await visitor.postFrom('/signin', '/signin', { email: subject.email });
  const page = await visitor.follow(sent, (location) => location.startsWith(url) && !location.includes('/auth/'));
  if (!visitor.jar().has('carillon_session')) throw new Error(`not in: ${page.status} ${page.text.slice(0, 300)}`);
  provider.requests.length = 0;
}

onDemand(async ({ url = '', connections, seconds }: Load): Promise<Measured> => {
  const journeys: number[] = [];
  const span = await repeat(connections, seconds, () => timed(journeys, journey(url)));
  return { times: { journeys }, seconds: span };
});
