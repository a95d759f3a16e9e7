/** How long, and how much, at most: nothing that speaks with a directory waits without one of these. All in milliseconds. */
export interface Limits {
  /** Connections of each kind (the service account's, and those on which people prove themselves). */
  connections: number;
  /** For one that is free. */
  waitMs: number;
  /** From the first look-up to a connection that may be used, while another server could be asked instead. */
  connectMs: number;
  /** The same, when there is no other. */
  lastConnectMs: number;
  /** For the answer to one request. */
  answerMs: number;
  /** The same where a person waits for it: a password that is proved. */
  proofMs: number;
  /** With nothing heard for so long, and another server there, a server is tried by a connection beside. */
  suspectMs: number;
  /** For that connection, and a first answer on it. */
  probeMs: number;
  /** A server that failed is left alone for so long; twice as long each further time, up to `awayMaxMs`. */
  awayMs: number;
  awayMaxMs: number;
  /** After a wrong service password nothing is bound for so long: each try brings the account nearer to its lock-out. */
  credentialsMs: number;
  /** Of the answer to one request, in bytes. */
  answerBytes: number;
  /** Pages of one search, and its entries where all are wanted at once. */
  pages: number;
  entries: number;
  /** Entries of one search that is read page by page: what is known of each stays in memory. */
  found: number;
  /** Values of one attribute. */
  values: number;
  /** For all answers to one search, or to one read of an attribute, together. */
  searchMs: number;
  /** A connection that nobody uses is closed by then; servers close them too (Windows after 900 s). */
  idleMs: number;
}

export const usualLimits: Limits = {
  connections: 8,
  waitMs: 5_000,
  connectMs: 1_500,
  lastConnectMs: 4_000,
  answerMs: 30_000,
  proofMs: 8_000,
  suspectMs: 500,
  probeMs: 1_000,
  awayMs: 1_000,
  awayMaxMs: 30_000,
  credentialsMs: 30_000,
  answerBytes: 64 * 1024 * 1024,
  pages: 20_000,
  entries: 200_000,
  found: 1_000_000,
  values: 1_000_000,
  searchMs: 900_000,
  idleMs: 60_000,
};
