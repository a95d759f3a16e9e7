/** An entry as it was answered: values are bytes until somebody asks for text. Names of attributes fold case. */
export class Entry {
  readonly dn: string;
  readonly #values = new Map<string, Buffer[]>();

  constructor(dn: string, values: Iterable<readonly [name: string, values: Buffer[]]>) {
    this.dn = dn;
    for (const [name, found] of values) this.#values.set(name.toLowerCase(), found);
  }

  /** The names of the attributes that were answered, folded, options such as `;range=0-1499` included. */
  get names(): string[] {
    return [...this.#values.keys()];
  }

  /** Every value as bytes, as objectGUID, objectSid and tokenGroups are; none for a missing attribute. */
  bytes(name: string): Buffer[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** Every value as text; none for a missing attribute. */
  texts(name: string): string[] {
    return this.bytes(name).map((value) => value.toString('utf8'));
  }

  /** The first value as text; null for a missing attribute. */
  text(name: string): string | null {
    return this.bytes(name)[0]?.toString('utf8') ?? null;
  }

  /** The same entry with other values of one attribute. */
  with(name: string, values: Buffer[]): Entry {
    return new Entry(this.dn, [...this.#values, [name, values]]);
  }
}
