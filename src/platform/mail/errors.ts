import { errors } from '../errors/errors.ts';

export const mailErrors = errors({
  'mail.addressInvalid': { kind: 'BadRequest', text: 'No mail can be sent to that address.' },
  'mail.tooMany': { kind: 'Throttled', text: 'Too many mails wait to be sent. Please try again in some minutes.' },
});
