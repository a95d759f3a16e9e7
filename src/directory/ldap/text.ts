/** What a directory says, as one line: control characters break pages and logs, and PostgreSQL stores no NUL. */
export const cleaned = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').trim();
