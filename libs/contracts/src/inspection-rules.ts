import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
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
  @IsUUID() uuid!: string;
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
  @IsOptional() @IsUUID() uuid?: string;
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
/** Method `rule-update`: the fields that change; answered with {@link RuleAnswer}. */
export class RuleUpdateQuestion {
  @IsUUID() uuid!: string;
  @ValidateNested() @Type(() => InspectionRuleFields) rule!: InspectionRuleFields;
}
/** Method `rule-get`; answered with {@link RuleAnswer}. */
export class RuleGetQuestion {
  @IsUUID() uuid!: string;
}
/** One rule as it is shown. */
export class RuleAnswer {
  @ValidateNested() @Type(() => InspectionRule) rule!: InspectionRule;
}
/** Method `rule-list`: rules by falling priority, after `marker`; answered with {@link RuleListAnswer}. */
export class RuleListQuestion {
  @IsOptional() @IsString() phase?: string;
  @IsOptional() @IsUUID() marker?: string;
  @IsOptional() @IsInt() @Min(1) limit?: number;
}
/** A page of rules. */
export class RuleListAnswer {
  @ValidateNested({ each: true }) @Type(() => InspectionRule) rules!: InspectionRule[];
}
/** Method `rule-delete`; answered with {@link RuleDeleteAnswer}. */
export class RuleDeleteQuestion {
  @IsUUID() uuid!: string;
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
  @IsUUID(undefined, { each: true }) uuids!: string[];
  @IsInt() created!: number;
}
