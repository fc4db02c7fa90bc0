import type { InterfaceKind } from '@bessemer/contracts';
import type { Interfaces } from './interfaces.js';

/** A hardware type: per interface kind the implementations that it allows, in order of preference. */
export interface HardwareTypeDeclaration {
  readonly name: string;
  readonly interfaces: Readonly<Record<InterfaceKind, readonly string[]>>;
}

/** A node's hardware type with the implementations that the node names. */
export interface HardwareType {
  readonly name: string;
  readonly interfaces: Interfaces;
}
