import type { MessageClass } from './catalogue.js';
import {
  RuleAnswer,
  RuleCreateQuestion,
  RuleDeleteAllQuestion,
  RuleDeleteAnswer,
  RuleDeleteQuestion,
  RuleGetQuestion,
  RuleImportAnswer,
  RuleImportQuestion,
  RuleListAnswer,
  RuleListQuestion,
  RuleUpdateQuestion,
} from './inspection-rules.js';
import {
  AdmissionAnswer,
  AdmitQuestion,
  BorrowAnswer,
  BorrowQuestion,
  CallAnswer,
  CallQuestion,
  ForgetAgentAnswer,
  ForgetAgentQuestion,
  HeartbeatsAnswer,
  HeartbeatsQuestion,
  NodeFieldsAnswer,
  NodeFieldsQuestion,
  RefuseQuestion,
  ResumeAnswer,
  ResumeQuestion,
  SnapshotAnswer,
  SnapshotQuestion,
  ValidateAnswer,
  ValidateQuestion,
} from './questions.js';

/** A question and its answer. */
export interface CatalogueQuestion {
  subject: string;
  question: MessageClass;
  answer: MessageClass;
  description: string;
}

/** Every question that one service may ask another. */
export const questions: readonly CatalogueQuestion[] = [
  {
    subject: 'metal.rpc.api.resume',
    question: ResumeQuestion,
    answer: ResumeAnswer,
    description: 'A conductor found a wait over and asks before it acts.',
  },
  {
    subject: 'metal.rpc.api.forget-agent',
    question: ForgetAgentQuestion,
    answer: ForgetAgentAnswer,
    description: "The machine is off: its agent's token and address are void before the next boot.",
  },
  {
    subject: 'metal.rpc.api.borrow-node',
    question: BorrowQuestion,
    answer: BorrowAnswer,
    description: 'A task borrows a child or the parent of its node for a moment.',
  },
  {
    subject: 'metal.rpc.api.node-snapshot',
    question: SnapshotQuestion,
    answer: SnapshotAnswer,
    description: 'A page of nodes for whoever builds a copy.',
  },
  {
    subject: 'metal.rpc.api.node-fields',
    question: NodeFieldsQuestion,
    answer: NodeFieldsAnswer,
    description: 'The properties and extra of a node, which copies do not have.',
  },
  {
    subject: 'metal.rpc.conductor.<conductor_group>.<hardware_type>.heartbeats',
    question: HeartbeatsQuestion,
    answer: HeartbeatsAnswer,
    description: 'Takes the heartbeats of agents for the tasks that wait for them, or are about to.',
  },
  {
    subject: 'metal.rpc.conductor.<conductor_group>.<hardware_type>.validate',
    question: ValidateQuestion,
    answer: ValidateAnswer,
    description: 'Whether the driver takes a verb now; without a verb, the verdict of each interface.',
  },
  {
    subject: 'metal.rpc.conductor.<conductor_group>.<hardware_type>.call',
    question: CallQuestion,
    answer: CallAnswer,
    description: 'A call of an interface that must answer at once.',
  },
  {
    subject: 'metal.rpc.dhcp.admit',
    question: AdmitQuestion,
    answer: AdmissionAnswer,
    description: 'Lets the MACs of a node boot from the network; answered when every segment has it in place.',
  },
  {
    subject: 'metal.rpc.dhcp.refuse',
    question: RefuseQuestion,
    answer: AdmissionAnswer,
    description: 'Takes the admission of a node back.',
  },
  {
    subject: 'metal.rpc.inspector.rule-create',
    question: RuleCreateQuestion,
    answer: RuleAnswer,
    description: "Creates an inspection rule in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-list',
    question: RuleListQuestion,
    answer: RuleListAnswer,
    description: "A page of the inspection rules in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-get',
    question: RuleGetQuestion,
    answer: RuleAnswer,
    description: "One inspection rule in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-update',
    question: RuleUpdateQuestion,
    answer: RuleAnswer,
    description: "Patches an inspection rule in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-delete',
    question: RuleDeleteQuestion,
    answer: RuleDeleteAnswer,
    description: "Deletes an inspection rule in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-delete-all',
    question: RuleDeleteAllQuestion,
    answer: RuleDeleteAnswer,
    description: "Deletes every inspection rule in Ironic's dialect.",
  },
  {
    subject: 'metal.rpc.inspector.rule-import',
    question: RuleImportQuestion,
    answer: RuleImportAnswer,
    description: 'Imports rules of either dialect.',
  },
];
