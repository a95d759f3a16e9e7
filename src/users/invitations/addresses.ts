import { normaliseAddress } from '../../accounts/domains/name.ts';
import { userErrors } from '../errors.ts';

/** As many as the administration API takes at once (InviteUsers). */
export const mostAtOnce = 50;

/** An address as it was typed, and as addresses are compared; without a key it is none. */
export interface Typed {
  address: string;
  addressKey: string | null;
}

/** Far more than so many addresses need. */
const longestText = 32_768;
/** The name of whoever has the address that follows, which may have any sign in it. */
const quotedName = /"[^"\n]*"(?=[ \t]{0,8}<)/g;

/**
 * The addresses that somebody typed, parted by semicolons, commas, blanks or lines (the guide: "separate multiple email
 * addresses with a semicolon"); one that is there twice counts once. `Name <address>` gives the address.
 * @throws invitation.nobodyNamed, invitation.tooMany (field `addresses`)
 */
export function parseAddresses(text: string): Typed[] {
  if (text.length > longestText) throw tooMany();
  const words = text
    .replaceAll(quotedName, ' ')
    .split(/[;,\n\r]/)
    .flatMap((piece) => {
      const inBrackets = /<([^<>]*)>/.exec(piece)?.[1];
      return inBrackets === undefined ? piece.split(/\s+/) : [inBrackets.trim()];
    });
  return typedOf(words.filter((word) => word !== ''));
}

/** The same for a list that was sent as one. @throws as `parseAddresses` */
export function typedOf(words: readonly string[]): Typed[] {
  const typed = new Map<string, Typed>();
  for (const word of words) {
    const address = word.trim();
    const addressKey = normaliseAddress(address);
    const key = addressKey ?? address;
    if (!typed.has(key)) typed.set(key, { address, addressKey });
  }
  if (typed.size === 0) throw userErrors('invitation.nobodyNamed', { field: 'addresses' });
  if (typed.size > mostAtOnce) throw tooMany();
  return [...typed.values()];
}

const tooMany = () => userErrors('invitation.tooMany', { field: 'addresses', values: { most: mostAtOnce } });
