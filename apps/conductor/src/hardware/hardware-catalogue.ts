import type { HardwareTypes } from '@bessemer/drivers';

/** The hardware types that a conductor serves, as the drivers make them. */
export type HardwareCatalogue = Pick<HardwareTypes, 'names' | 'announcements' | 'resolve' | 'stop'>;
