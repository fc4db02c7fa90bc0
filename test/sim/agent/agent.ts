import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { AgentConfiguration } from './agent-options.js';
import { AgentApiServer, agentVersion } from './api-server.js';
import { ensureCertificate } from './certificate.js';
import { type AgentExtension, CommandRunner } from './command-runner.js';
import type { Print } from './console.js';
import { Disk } from './disk.js';
import { imageExtension } from './extensions/image-extension.js';
import { logExtension } from './extensions/log-extension.js';
import { pollExtension } from './extensions/poll-extension.js';
import { rescueExtension } from './extensions/rescue-extension.js';
import { standbyExtension } from './extensions/standby-extension.js';
import { stepExtension } from './extensions/step-extension.js';
import { FaultPlan } from './faults.js';
import { Heartbeater } from './heartbeater.js';
import { ImageWriter } from './image-writer.js';
import { buildInspectionData, buildInventory } from './inventory.js';
import { IronicClient } from './ironic-client.js';

/** How long the agent lives on after it was told to leave: the answer to that and its last heartbeat need it. */
const leaveDelayMs = 200;

/** A simulated ramdisk agent: inspection, look-up, heartbeats and commands of one machine. */
export class SimulatedAgent {
  private readonly faults: FaultPlan;
  private readonly client: IronicClient;
  private readonly disk: Disk;
  private heartbeater: Heartbeater | undefined;
  private token: string | null;

  constructor(
    private readonly configuration: AgentConfiguration,
    private readonly print: Print,
    private readonly exit: (code: number) => void,
  ) {
    const { folder, machine, boot } = configuration;
    this.faults = new FaultPlan(folder);
    this.client = new IronicClient(configuration, print);
    this.disk = new Disk(folder.diskPath, machine.disks[0]?.size ?? 0);
    this.token = boot.agentToken;
  }

  /**
   * Does what the ramdisk does from its boot until it serves its API and heartbeats.
   * @throws TokenTaken, LookupTimedOut, see {@link IronicClient.lookup}; Error when it is told of no API.
   */
  async run(): Promise<void> {
    const { machine, options, boot } = this.configuration;
    this.print('agent started', { macs: machine.mac.join(','), api: boot.apiUrls.join(',') || 'none' });
    if (boot.apiUrls.length === 0 && boot.inspectionCallbackUrl === null) {
      throw new Error('boot.json names neither ipa-api-url nor ipa-inspection-callback-url: there is nothing to do');
    }
    if (options.bootDelayMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, options.bootDelayMs));
    }
    await this.disk.attach();
    const nodeUuid = boot.inspectionCallbackUrl === null ? null : await this.inspect(boot.inspectionCallbackUrl);
    if (boot.apiUrls.length === 0 || this.faults.current().noLookup) {
      this.print('no look-up is made, the agent stays idle');
      // Without a look-up there is no API and no timer: only this keeps the ramdisk up.
      setInterval(() => undefined, 2 ** 30);
      return;
    }
    const found = await this.client.lookup(machine.mac, nodeUuid, this.token);
    this.token = found.token;
    await this.serve(found.nodeUuid, found.heartbeatTimeoutS);
  }

  private async inspect(url: string): Promise<string | null> {
    const { machine, folder } = this.configuration;
    const faults = this.faults.current();
    const data = buildInspectionData(machine, faults.inventoryError ?? null, folder.console());
    const uuid = await this.client.postInspection(url, data);
    if (faults.duplicateInventory) {
      this.print('posting the inspection data again on purpose');
      return (await this.client.postInspection(url, data)) ?? uuid;
    }
    return uuid;
  }

  private async serve(nodeUuid: string, heartbeatTimeoutS: number): Promise<void> {
    const { folder, options } = this.configuration;
    const tls = options.plainHttp ? null : await ensureCertificate(folder.path);
    const runner = new CommandRunner(this.extensions(), this.faults, folder.agentLogPath, this.print, () =>
      this.heartbeater?.force(),
    );
    const callbackUrl = await new AgentApiServer(tls, () => this.token, runner).listen(options.port);
    this.print('agent serves its API', { url: callbackUrl });
    this.heartbeater = new Heartbeater(
      this.client,
      nodeUuid,
      {
        callback_url: callbackUrl,
        agent_version: agentVersion,
        agent_token: this.token ?? undefined,
        agent_verify_ca: tls?.certificate,
      },
      heartbeatTimeoutS,
      options,
      this.faults,
      this.print,
    );
    this.heartbeater.force();
  }

  private extensions(): Record<string, AgentExtension> {
    const { folder, machine, options } = this.configuration;
    const writer = new ImageWriter(this.disk, this.faults, this.print, (seconds) => this.client.pause(seconds));
    const tools = {
      disk: this.disk,
      writer,
      print: this.print,
      managerVersion: () => this.faults.current().hardwareManagerVersion ?? options.hardwareManagerVersion,
    };
    return {
      clean: stepExtension('clean', tools),
      deploy: stepExtension('deploy', tools),
      service: stepExtension('service', tools),
      standby: standbyExtension({
        disk: this.disk,
        writer,
        leave: (how) => this.leave(() => (how === 'power off' ? this.powerOff() : this.reboot())),
      }),
      image: imageExtension(this.disk),
      log: logExtension(folder),
      rescue: rescueExtension(folder, () => this.leave(() => this.becomeRescue())),
      poll: pollExtension(() => buildInventory(machine)),
    };
  }

  private leave(act: () => void): void {
    setTimeout(() => {
      this.heartbeater?.stop();
      act();
      this.exit(0);
    }, leaveDelayMs);
  }

  private powerOff(): void {
    this.print('powering off');
    this.configuration.folder.powerOff();
  }

  private becomeRescue(): void {
    this.print('the agent ends, the rescue system stays');
    this.configuration.folder.clearAgentPid();
    this.configuration.folder.setRunning('rescue');
  }

  /** Boots the machine's next boot device, from the network only when that stays set. */
  private reboot(): void {
    const { folder } = this.configuration;
    const fromNetwork = folder.bootDevice() === 'pxe';
    if (!folder.keepsBootDevice()) {
      folder.setBootDevice('none');
    }
    if (!fromNetwork) {
      this.print('rebooting from disk');
      folder.clearAgentPid();
      folder.setRunning('disk');
      return;
    }
    this.print('rebooting from the network');
    const output = openSync(folder.consolePath, 'a', 0o600);
    const next = spawn(process.execPath, process.argv.slice(1), {
      cwd: process.cwd(),
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    if (next.pid !== undefined) {
      folder.setAgentPid(next.pid);
    }
    next.unref();
  }
}
