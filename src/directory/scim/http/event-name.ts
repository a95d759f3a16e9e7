const verbs: ReadonlyMap<string, string> = new Map([
  ['GET', 'Get'],
  ['HEAD', 'Get'],
  ['POST', 'Create'],
  ['PUT', 'Update'],
  ['PATCH', 'Update'],
  ['DELETE', 'Delete'],
]);

/** How the trail names a request for what an endpoint holds, when it came to no unit of work that would. */
export function eventNameOf(method: string, noun: string | undefined): string {
  const verb = verbs.get(method);
  return verb && noun ? `${verb}${noun}` : 'ScimRequest';
}
