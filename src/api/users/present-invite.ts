import { statusOf } from '../../users/invitations/invitations.ts';
import type { Invited } from '../../users/invitations/invite.ts';

/** What became of one address, in the API's shape: what was refused is Failed, has no id, and says why, as UserErrors do. */
export const presentInvite = ({ address, invitation, error }: Invited): object =>
  invitation
    ? {
        InviteId: invitation.id,
        Status: statusOf(invitation),
        EmailAddress: address,
        EmailStatus: invitation.emailStatus,
      }
    : {
        Status: 'Failed',
        EmailAddress: address,
        EmailStatus: 'NotSent',
        ErrorCode: error.kind,
        ErrorMessage: error.message,
      };
