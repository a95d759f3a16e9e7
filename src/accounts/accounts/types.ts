/** The account types of the administration API. */
export type AccountType = 'Team' | 'EnterpriseLWA' | 'EnterpriseOIDC' | 'EnterpriseDirectory';

/** Permission tiers (the guide, "Manage User Access and Permissions"). */
export const tiers = ['Basic', 'Pro'] as const;
export type Tier = (typeof tiers)[number];
