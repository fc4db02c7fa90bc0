import { busMigrations } from '@bessemer/bus';
import { Records1700000001000 } from './0001-records.js';
import { Workflows1700000002000 } from './0002-workflows.js';
import { FollowedImports1700000003000 } from './0003-followed-imports.js';
import { ChassisAndVolumes1700000004000 } from './0004-chassis-and-volumes.js';
import { Portgroups1700000005000 } from './0005-portgroups.js';
import { TemplatesAndRunbooks1700000006000 } from './0006-templates-and-runbooks.js';
import { Machine1700000010000 } from './0010-machine.js';
import { IdentifiersAndCauses1700000011000 } from './0011-identifiers-and-causes.js';
import { BorrowedNodes1700000013000 } from './0013-borrowed-nodes.js';
import { Incarnations1700000014000 } from './0014-incarnations.js';
import { WorkflowProjects1700000015000 } from './0015-workflow-projects.js';
import { DeclaredSecrets1700000016000 } from './0016-declared-secrets.js';
import { CheaperWrites1700000017000 } from './0017-cheaper-writes.js';
import { Waits1700000018000 } from './0018-waits.js';
import { OrdersOfNodes1700000019000 } from './0019-orders-of-nodes.js';
import { TokenHandover1700000020000 } from './0020-token-handover.js';
import { SerialNumbers1700000021000 } from './0021-serial-numbers.js';

/** Every migration of the schema `api`, in order. */
export const apiMigrations = [
  ...busMigrations,
  Records1700000001000,
  Workflows1700000002000,
  FollowedImports1700000003000,
  ChassisAndVolumes1700000004000,
  Portgroups1700000005000,
  TemplatesAndRunbooks1700000006000,
  Machine1700000010000,
  IdentifiersAndCauses1700000011000,
  BorrowedNodes1700000013000,
  Incarnations1700000014000,
  WorkflowProjects1700000015000,
  DeclaredSecrets1700000016000,
  CheaperWrites1700000017000,
  Waits1700000018000,
  OrdersOfNodes1700000019000,
  TokenHandover1700000020000,
  SerialNumbers1700000021000,
];
