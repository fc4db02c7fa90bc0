/** The service's logger (the injection token of it). */
export const LOGGER = Symbol('LOGGER');
