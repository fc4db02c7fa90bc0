import type { InspectionRule, InspectionRuleFields, RuleListQuestion, RuleSortKey } from '@bessemer/contracts';
import { isJsonObject } from '@bessemer/contracts';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { ListRequest } from '../records/list-request.js';
import { type ListSource, openList, type PageRequest } from '../records/page.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordPatch } from '../records/record-patch.js';
import { entityTagOf, requireRevision, type Tagged } from '../records/revision.js';
import { allFields, type Selection, showSelection } from '../records/selection.js';
import { parseUuid, shorten } from '../records/values.js';
import { inspectionRuleFields } from '../versions/inspection-rule-fields.js';
import { ruleDeleteParameters, ruleParameters } from '../versions/inspection-rule-parameters.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { InspectorRules } from './inspector-rules.js';

const noun = 'inspection rule';
const attempts = 10;

/** The rules have no table here: only the form of the list is taken from it. */
const source: ListSource = {
  table: '',
  plural: 'inspection_rules',
  fields: inspectionRuleFields,
  noun: 'Inspection rule',
};

function view(rule: InspectionRule, selection: Selection, base: string): object {
  const path = `inspection_rules/${rule.uuid}`;
  const links = [
    { href: `${base}/v1/${path}`, rel: 'self' },
    { href: `${base}/${path}`, rel: 'bookmark' },
  ];
  const values: RecordValues = { ...rule, links };
  return Object.fromEntries(selection.map(([name]) => [name, values[name]]));
}

/** Throws `invalid` for a condition or an action that is no object; what they mean is the inspector's to judge. */
function fieldsOf(values: RecordValues): InspectionRuleFields {
  for (const name of ['conditions', 'actions'])
    for (const item of Array.isArray(values[name]) ? values[name] : [])
      if (!isJsonObject(item))
        throw new BessemerError('invalid', `Schema error for ${noun}: ${shorten(item)} is not of type 'object'`, {
          field: name,
        });
  return values;
}

/** The inspector tells a rule from one of the same UUID before it by the time of its creation alone. */
const tagged = ({ uuid, revision, created_at }: InspectionRule): Tagged & { uuid: string } => ({
  uuid,
  revision,
  incarnation: Date.parse(created_at),
});

const uuidOf = (ident: string): string => parseUuid(ident, 'inspection_rule_uuid');

/** Inspection rules: the inspector owns them, the api reads, shows and changes them in Ironic's form. */
@Injectable()
export class InspectionRulesService {
  constructor(private readonly rules: InspectorRules) {}

  /** `GET /v1/inspection_rules`: in the order in which they are applied, unless they are to be sorted. */
  list(query: unknown, context: RequestContext): Promise<Buffer> {
    const request = new ListRequest(source, ruleParameters, query, 'inspection_rules', false, context);
    const { phase } = request.values;
    return request.body(async (selection, page) => {
      const rules = await this.rules.list(questionOf(page, phase));
      const text = openList(source.plural);
      text.append(rules.map((rule) => JSON.stringify(view(rule, selection, context.base))).join(','));
      return {
        text,
        next: rules.length === page.limit ? (rules.at(-1)?.uuid ?? null) : null,
      };
    });
  }

  /** Creates a rule and returns it as it is shown; throws `invalid`, and `conflict` when its UUID is taken. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; shown: object }> {
    const values = readNewRecord(noun, inspectionRuleFields, body, context.minor);
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    const rule = await this.rules.create(fieldsOf(given));
    return { uuid: rule.uuid, shown: this.show(rule, context) };
  }

  /** One rule, with the contents of a sensitive one left out; throws `not-found`. */
  async read(ident: string, query: unknown, context: RequestContext): Promise<object> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(inspectionRuleFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return this.show(await this.rules.get(uuidOf(ident)), context, selection);
  }

  /** Applies the patch, to the contents of a sensitive rule too, and returns the rule as it is shown. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<object> {
    const patch = new RecordPatch('patch', inspectionRuleFields, body, context.minor);
    const uuid = uuidOf(ident);
    for (let attempt = 1; ; attempt += 1) {
      const rule = await this.rules.whole(uuid);
      requireRevision(tagged(rule), context);
      const changes = patch.changesOf(rule, patch.valuesAfter(rule));
      try {
        const isSame = Object.keys(changes).length === 0;
        const changed = isSame
          ? await this.rules.get(uuid)
          : await this.rules.update(uuid, rule.revision, fieldsOf(changes));
        return this.show(changed, context);
      } catch (error) {
        if (!(isBessemerError(error) && error.code === 'conflict') || attempt === attempts) throw error;
      }
    }
  }

  /** Deletes a rule; throws `not-found`. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const uuid = uuidOf(ident);
    if (context.expectedTags === null) return this.rules.delete(uuid);
    const rule = await this.rules.get(uuid);
    requireRevision(tagged(rule), context);
    await this.rules.delete(uuid, rule.revision);
  }

  /** Deletes all rules, or those of a phase. */
  async deleteAll(query: unknown, context: RequestContext): Promise<void> {
    const { phase } = readParameters(ruleDeleteParameters, query, context.minor);
    await this.rules.deleteAll(typeof phase === 'string' ? phase : undefined);
  }

  private show(
    rule: InspectionRule,
    context: RequestContext,
    selection = allFields(inspectionRuleFields, context.minor),
  ): object {
    context.shownTag = entityTagOf(tagged(rule));
    return view(rule, selection, context.base);
  }
}

function questionOf({ limit, marker, sortKey, sortDir }: PageRequest, phase: unknown): RuleListQuestion {
  return {
    limit,
    ...(marker === undefined ? {} : { marker }),
    ...(typeof phase === 'string' ? { phase } : {}),
    ...(sortKey === 'id' ? {} : { sort_key: sortKey as RuleSortKey, sort_dir: sortDir }),
  };
}
