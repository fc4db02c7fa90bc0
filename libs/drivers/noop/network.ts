import type { NetworkInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';

/** Networks that are always there: nothing is switched. `flat` and `noop` differ in name alone as long as no ports are bound. */
export class StaticNetwork implements NetworkInterface {
  readonly kind = 'network';
  readonly properties = [];
  readonly steps = [];

  constructor(readonly name: 'noop' | 'flat') {}

  validate = nothingToDo;
  addInspectionNetwork = nothingToDo;
  removeInspectionNetwork = nothingToDo;
  addProvisioningNetwork = nothingToDo;
  removeProvisioningNetwork = nothingToDo;
  addCleaningNetwork = nothingToDo;
  removeCleaningNetwork = nothingToDo;
  configureTenantNetworks = nothingToDo;
  unconfigureTenantNetworks = nothingToDo;
}
