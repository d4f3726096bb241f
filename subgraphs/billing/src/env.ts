import { parseEnv, setting } from '@vibecode/platform/env';

/** Settings of billing alone; those that every service has are the platform's. */
export const billingSettings = {
  BILLING_HOLD_TTL_SECONDS: setting
    .integer(5, 3_600)
    .default(60)
    .describe('seconds after which a hold that its generation does not renew is given back; default 60'),
};

export interface BillingEnv {
  readonly holdTtlMs: number;
}

/** @throws SettingsError naming every setting that cannot be used */
export function parseBillingEnv(env: NodeJS.ProcessEnv): BillingEnv {
  const settings = parseEnv('The billing service', billingSettings, env);
  return { holdTtlMs: settings.BILLING_HOLD_TTL_SECONDS * 1000 };
}
