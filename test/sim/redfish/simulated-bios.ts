import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { biosRegistry } from './registries.js';

type Value = string | number | boolean | null;

const factory: Readonly<Record<string, Value>> = {
  LogicalProc: 'Enabled',
  MaxCores: 8,
  MemoryLimit: 0,
  SerialPort: true,
  AssetTag: '',
  SystemModel: 'Simulated 1',
  AdminPassword: null,
};

/** The BIOS settings of a machine: what is left for them is taken when the machine has started. */
export class SimulatedBios {
  attributes: Record<string, Value> = { ...factory };
  /** What was left for the next start. */
  pending: Record<string, Value> = {};
  /** Whether the BMC tells apart what is and what is left; else changes are left at the settings themselves. */
  hasSettingsObject = true;
  private isToBeReset = false;
  private messages: object[] = [];
  private appliedAt = 0;
  private revision = 1;

  constructor(
    readonly path: string,
    private readonly faults: RedfishFaults,
  ) {}

  /** The machine has started. */
  start(): void {
    if (Object.keys(this.pending).length === 0 && !this.isToBeReset) return;
    const { biosIgnores = [], biosRefuses } = this.faults;
    const wanted = { ...(this.isToBeReset ? factory : {}), ...this.pending };
    if (biosRefuses === undefined)
      for (const [name, value] of Object.entries(wanted))
        if (!biosIgnores.includes(name)) this.attributes[name] = value;
    this.messages = biosRefuses === undefined ? [] : [{ MessageSeverity: 'Critical', Message: biosRefuses }];
    this.appliedAt += 1;
    this.pending = {};
    this.isToBeReset = false;
  }

  /** Undefined for what is not of the BIOS. */
  answer(asked: string, body: Record<string, unknown>, match: string | undefined): Answer | undefined {
    const settings = `${this.path}/Settings`;
    if (asked === `GET ${this.path}`) return { body: this.resource(settings), headers: this.headers };
    if (asked === `GET ${settings}` && this.hasSettingsObject)
      return { body: { '@odata.id': settings, Attributes: this.pending }, headers: this.headers };
    if (asked === `PATCH ${this.hasSettingsObject ? settings : this.path}`) return this.leave(body, match);
    if (asked !== `POST ${this.path}/Actions/Bios.ResetBios`) return undefined;
    this.isToBeReset = true;
    if (this.faults.biosShowsAtOnce === true) this.attributes = { ...factory };
    return { status: 204 };
  }

  private get headers(): Record<string, string> {
    return { etag: `"${this.revision}"` };
  }

  private leave(body: Record<string, unknown>, match: string | undefined): Answer {
    if (match !== `"${this.revision}"`)
      throw new RedfishRefusal(412, 'PreconditionFailed', 'The ETag supplied did not match the ETag required.');
    for (const [name, value] of Object.entries(body['Attributes'] as Record<string, Value>)) {
      if (typeof value !== typeof factory[name])
        throw new RedfishRefusal(400, 'PropertyValueTypeError', `The value of ${name} is of the wrong type.`);
      this.pending[name] = value;
    }
    this.revision += 1;
    return { status: 202 };
  }

  private resource(settings: string): object {
    return {
      '@odata.id': this.path,
      AttributeRegistry: biosRegistry,
      Attributes: this.attributes,
      ...(this.hasSettingsObject
        ? {
            '@Redfish.Settings': {
              Time: `2026-01-01T00:00:${String(this.appliedAt).padStart(2, '0')}Z`,
              SettingsObject: { '@odata.id': settings },
              SupportedApplyTimes: ['OnReset'],
              Messages: this.messages,
            },
          }
        : {}),
      Actions: { '#Bios.ResetBios': { target: `${this.path}/Actions/Bios.ResetBios` } },
    };
  }
}
