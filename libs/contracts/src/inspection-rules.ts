import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { JsonObject } from './json.js';

/**
 * Inspection rules of the Ironic dialect (reference: api.md §12). The inspector owns them; the api asks for them over
 * the bus. Subjects: `rpcSubject('inspector', 'rule-create')` and so on; a wrong rule comes back as `invalid`, an
 * unknown one as `not-found`.
 */
export class InspectionRule {
  @IsUUID('loose') uuid!: string;
  /** Grows with each change. */
  @IsInt() @Min(1) revision!: number;
  @IsOptional() @IsString() @MaxLength(255) description!: string | null;
  @IsString() phase!: string;
  @IsInt() @Min(0) priority!: number;
  /** Conditions and actions of a sensitive rule are shown as null. */
  @IsBoolean() sensitive!: boolean;
  @IsOptional() @IsArray() conditions!: JsonObject[] | null;
  @IsOptional() @IsArray() actions!: JsonObject[] | null;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

/** The fields of a rule that a client gives; what is left out gets its default. */
export class InspectionRuleFields {
  @IsOptional() @IsUUID('loose') uuid?: string;
  @IsOptional() @IsString() @MaxLength(255) description?: string | null;
  @IsOptional() @IsString() phase?: string | null;
  @IsOptional() @IsInt() @Min(0) priority?: number;
  @IsOptional() @IsBoolean() sensitive?: boolean;
  @IsOptional() @IsArray() @IsObject({ each: true }) conditions?: JsonObject[];
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsObject({ each: true }) actions?: JsonObject[];
}

/** Method `rule-create`; answered with {@link RuleAnswer}. */
export class RuleCreateQuestion {
  @ValidateNested() @Type(() => InspectionRuleFields) rule!: InspectionRuleFields;
}
/**
 * Method `rule-update`: the fields that change, of the revision that they were made from; answered with
 * {@link RuleAnswer}. A rule that has another revision by now is `conflict`.
 */
export class RuleUpdateQuestion {
  @IsUUID('loose') uuid!: string;
  @IsInt() @Min(1) revision!: number;
  @ValidateNested() @Type(() => InspectionRuleFields) rule!: InspectionRuleFields;
}
/** Method `rule-get`; answered with {@link RuleAnswer}. */
export class RuleGetQuestion {
  @IsUUID('loose') uuid!: string;
  /** Whether the contents of a sensitive rule are asked for too: to be changed, never to be shown. */
  @IsOptional() @IsBoolean() whole?: boolean;
}
/** One rule as it is shown. */
export class RuleAnswer {
  @ValidateNested() @Type(() => InspectionRule) rule!: InspectionRule;
}
/** What rules may be sorted by. */
export const ruleSortKeys = [
  'uuid',
  'created_at',
  'updated_at',
  'description',
  'phase',
  'priority',
  'sensitive',
] as const;
/** One of {@link ruleSortKeys}. */
export type RuleSortKey = (typeof ruleSortKeys)[number];

/**
 * Method `rule-list`: rules after `marker`, by falling priority unless they are to be sorted by something else; answered
 * with {@link RuleListAnswer}. An unknown marker is `not-found`.
 */
export class RuleListQuestion {
  @IsOptional() @IsIn(ruleSortKeys) sort_key?: RuleSortKey;
  @IsOptional() @IsIn(['asc', 'desc']) sort_dir?: 'asc' | 'desc';
  @IsOptional() @IsString() phase?: string;
  @IsOptional() @IsUUID('loose') marker?: string;
  @IsOptional() @IsInt() @Min(1) limit?: number;
}
/** A page of rules. */
export class RuleListAnswer {
  @ValidateNested({ each: true }) @Type(() => InspectionRule) rules!: InspectionRule[];
}
/** Method `rule-delete`; answered with {@link RuleDeleteAnswer}. */
export class RuleDeleteQuestion {
  @IsUUID('loose') uuid!: string;
  /** The revision that is to be deleted; any when absent, `conflict` for another. */
  @IsOptional() @IsInt() @Min(1) revision?: number;
}
/** Method `rule-delete-all`; answered with {@link RuleDeleteAnswer}. */
export class RuleDeleteAllQuestion {
  @IsOptional() @IsString() phase?: string;
}
/** How many rules were deleted. */
export class RuleDeleteAnswer {
  @IsInt() deleted!: number;
}

/**
 * Method `rule-import`: rules of either dialect, told apart by their form; all of them or none. A rule that stands
 * already in the same words is left alone. Answered with {@link RuleImportAnswer}.
 */
export class RuleImportQuestion {
  @IsArray() @IsObject({ each: true }) rules!: JsonObject[];
}
/** The UUIDs of the imported rules, in the order of the question, and how many are new. */
export class RuleImportAnswer {
  @IsUUID('loose', { each: true }) uuids!: string[];
  @IsInt() created!: number;
}
