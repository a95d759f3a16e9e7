export const texts = {
  title: 'Access keys',
  intro:
    'With an access key your own programs call the administration API, such as with the AWS command line or an AWS SDK. They may do what you may.',
  none: 'You have no access key yet.',
  create: 'Create access key',
  full: 'You have two access keys, the most there can be. Delete one before you create another.',
  keyId: 'Access key ID',
  state: 'Status',
  created: 'Created',
  used: 'Last used',
  region: (region: string): string => `in ${region}`,
  secret: 'Secret access key',
  endpoint: 'Endpoint URL',
  newTitle: 'New access key',
  newWarning: 'Copy the secret access key now. It is shown only this once, and cannot be shown again.',
  tryIt: 'To try it',
  newBack: 'I have copied it',
  deactivate: 'Deactivate',
  activate: 'Activate',
  remove: 'Delete',
  deleteTitle: (id: string): string => `Delete ${id}?`,
  deleteSays: 'Requests that are signed with it are refused from then on. It cannot be brought back.',
  deleteButton: 'Delete access key',
};

export const states = {
  Active: { text: 'Active', tone: 'good' },
  Inactive: { text: 'Inactive', tone: '' },
};
