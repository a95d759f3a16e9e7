const prefixes = { AccessToken: 'Atza|', RefreshToken: 'Atzr|' } as const;
type Kind = keyof typeof prefixes;

/** A token as Amazon's clients know them. */
export const sentToken = (kind: Kind, bare: string): string => prefixes[kind] + bare;

/** What a token of this kind was made from, which is what is kept of it; null when it is none of this face's. */
export function bareTokenOf(kind: Kind, sent: string): string | null {
  const prefix = prefixes[kind];
  return sent.startsWith(prefix) && sent.length > prefix.length ? sent.slice(prefix.length) : null;
}

/** The same of a token of either kind. */
export const bareToken = (sent: string): string | null =>
  bareTokenOf('AccessToken', sent) ?? bareTokenOf('RefreshToken', sent);
