import { parseEnv, setting } from '@vibecode/platform/env';

/** Billing's own settings. The platform has those of all services. */
export const billingSettings = {
  BILLING_HOLD_TTL_SECONDS: setting
    .integer(5, 3_600)
    .default(60)
    .describe('seconds after which a hold that is not renewed expires; default 60'),
};

export interface BillingEnv {
  readonly holdTtlMs: number;
}

/** @throws SettingsError naming every invalid setting */
export function parseBillingEnv(env: NodeJS.ProcessEnv): BillingEnv {
  const settings = parseEnv('The billing service', billingSettings, env);
  return { holdTtlMs: settings.BILLING_HOLD_TTL_SECONDS * 1000 };
}
