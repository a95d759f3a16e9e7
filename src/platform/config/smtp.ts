import type { Kind } from './kinds.ts';
import { z } from 'zod';

/** The address of an SMTP server, or null: a scheme, a host, perhaps a port, a user and a password, and nothing more. */
export function smtpUrlOf(value: string): URL | null {
  if (!/^smtps?:\/\/[^/?#]+\/?$/i.test(value) || !URL.canParse(value)) return null;
  const url = new URL(value);
  const decodes = [url.username, url.password].every((part) => {
    try {
      return !/\p{Cc}/u.test(decodeURIComponent(part));
    } catch {
      return false;
    }
  });
  const hasHost = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i.test(url.hostname);
  const whole = url.username === '' ? url.password === '' : url.password !== '';
  return decodes && hasHost && whole && url.port !== '0' ? url : null;
}

/** Whether a host is this machine. */
export const isLoopbackHost = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

/** An SMTP server's address. */
export const smtp: Kind<string> = {
  schema: z.string().refine((value) => smtpUrlOf(value) !== null),
  fromText: (value) => value,
  expected:
    'smtp://user:password@host:587 or smtps://user:password@host:465, user and password percent-encoded or left out',
};

/** Who a mail comes from; that it is an address is for `platform/mail` to read. */
export const sender: Kind<string> = {
  schema: z
    .string()
    .max(320)
    .regex(/^(?:[^<>"\p{C}]*<[^\s<>"(),:;[\\\]\p{C}]+@[a-z0-9.-]+>|[^\s<>"(),:;[\\\]\p{C}]+@[a-z0-9.-]+)$/iu),
  fromText: (value) => value,
  expected: 'an e-mail address, or a name and an address in angle brackets: Carillon <no-reply@example.com>',
};
