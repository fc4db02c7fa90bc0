import type { JsonObject } from '@bessemer/contracts';
import type { Processing } from '../introspections/processing.js';

/** Which interfaces become ports. */
export type AddPorts = 'all' | 'active' | 'pxe' | 'disabled';
/** Which ports a node keeps: all, those the machine has, those that were added. */
export type KeepPorts = 'all' | 'present' | 'added';

/** What an operator may choose about hooks. */
export interface HookSettings {
  addPorts: AddPorts;
  keepPorts: KeepPorts;
}

/**
 * One stage of the processing of inspection data. Both phases throw a BessemerError; those of the first are collected
 * and told together, one of the second ends the introspection.
 */
export interface Hook {
  readonly name: string;
  /** Names of hooks that have to run earlier. */
  readonly dependencies?: readonly string[];
  /** Before the machine is looked up: checks and completes the data. */
  before?(data: JsonObject): void;
  /** With the machine known: changes its draft. */
  process?(processing: Processing): void;
}
