export type HoldStatus = 'ACTIVE' | 'SETTLED' | 'RELEASED' | 'EXPIRED';
