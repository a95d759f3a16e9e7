/** The account types of the administration API. */
export type AccountType = 'Team' | 'EnterpriseLWA' | 'EnterpriseOIDC' | 'EnterpriseDirectory';

/** Whether a directory's groups say who may sign in and with what tier, rather than an administrator by hand. */
export const tiersByGroup = (type: AccountType): boolean => type === 'EnterpriseOIDC' || type === 'EnterpriseDirectory';

/** Permission tiers (the guide, "Manage User Access and Permissions"). */
export const tiers = ['Basic', 'Pro'] as const;
export type Tier = (typeof tiers)[number];
