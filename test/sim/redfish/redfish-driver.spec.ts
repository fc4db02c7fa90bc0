import type { CallContext } from '@bessemer/drivers';
import { afterEach, describe, expect, it } from 'vitest';
import { aContext, accessTo, Bmcs, redfishTypes } from './driver-context.js';
import type { RedfishSimulatorOptions } from './redfish-simulator.js';

describe('the hardware type redfish', () => {
  const bmcs = new Bmcs();
  const aBmc = (options?: RedfishSimulatorOptions) => bmcs.start(options);
  afterEach(() => bmcs.stop());

  describe('power', () => {
    it('turns the machine on and off, each time waiting until the BMC reports it', async () => {
      const bmc = await aBmc({ systems: [{ id: '1', readsUntilSettled: 2 }] });
      const context = aContext(accessTo(bmc));
      const { power } = context.hardware.interfaces;
      expect(await power.getPowerState(context)).toBe('power off');
      await power.setPowerState(context, 'power on', 5);
      expect(bmc.system.power).toBe('On');
      expect(await power.getPowerState(context)).toBe('power on');
      await power.setPowerState(context, 'soft power off', 5);
      expect(bmc.system.power).toBe('Off');
      expect(bmc.system.resets).toEqual(['On', 'GracefulShutdown']);
    });

    it('does nothing to a machine that is so already', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      await context.hardware.interfaces.power.setPowerState(context, 'power off', 5);
      expect(bmc.system.resets).toEqual([]);
    });

    it.each([
      ['rebooting', false, ['ForceOff', 'On']],
      ['soft rebooting', false, ['GracefulShutdown', 'On']],
      ['rebooting', true, ['ForceRestart']],
      ['soft rebooting', true, ['GracefulRestart']],
    ])('%s with disable_power_off %s is %j', async (target, disablePowerOff, resets) => {
      const bmc = await aBmc();
      bmc.system.power = 'On';
      const context = aContext(accessTo(bmc), redfishTypes(), { disable_power_off: disablePowerOff });
      await context.hardware.interfaces.power.setPowerState(context, target, 5);
      expect(bmc.system.resets).toEqual(resets);
      expect(bmc.system.power).toBe('On');
    });

    it('takes the way to reset that the BMC describes apart from the action', async () => {
      const bmc = await aBmc({ systems: [{ id: '1', describesResets: true, resetTypes: ['ForceOn', 'ForceOff'] }] });
      const context = aContext(accessTo(bmc));
      const { power } = context.hardware.interfaces;
      await power.setPowerState(context, 'power on', 5);
      expect(bmc.system.resets).toEqual(['ForceOn']);
      await expect(power.setPowerState(context, 'soft power off', 5)).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('GracefulShutdown'),
        remedy: 'It offers ForceOn, ForceOff.',
      });
    });

    it('gives up, with what to do, when the machine does not get there in time', async () => {
      const bmc = await aBmc();
      bmc.faults.deaf = true;
      const context = aContext(accessTo(bmc));
      await expect(context.hardware.interfaces.power.setPowerState(context, 'power on', 1)).rejects.toMatchObject({
        code: 'hardware-failure',
        message: 'The machine did not reach power on within 1 s.',
        remedy: expect.stringContaining('BMC'),
      });
    });

    it('asks for leave right before each request', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      await context.hardware.interfaces.power.setPowerState(context, 'power on', 5);
      expect(context.guards.count).toBe(bmc.requests.length);
    });
  });

  describe('management', () => {
    it.each([
      ['pxe', false, 'Pxe', 'Once'],
      ['disk', true, 'Hdd', 'Continuous'],
      ['cdrom', false, 'Cd', 'Once'],
      ['bios', false, 'BiosSetup', 'Once'],
      ['uefihttp', true, 'UefiHttp', 'Continuous'],
    ])('sets the boot device %s, for good %s', async (device, persistent, target, enabled) => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      expect(await management.getBootDevice(context)).toEqual({ boot_device: null, persistent: null });
      await management.setBootDevice(context, device, persistent);
      expect([bmc.system.bootTarget, bmc.system.bootEnabled]).toEqual([target, enabled]);
      expect(await management.getBootDevice(context)).toEqual({ boot_device: device, persistent });
    });

    it('shows no boot device where the BMC keeps the name of one that is used up', async () => {
      const bmc = await aBmc();
      bmc.system.bootTarget = 'Pxe';
      const context = aContext(accessTo(bmc));
      const shown = await context.hardware.interfaces.management.getBootDevice(context);
      expect(shown).toEqual({ boot_device: null, persistent: null });
    });

    it('boots from a device once, and from one that is set for good every time', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const { management, power } = context.hardware.interfaces;
      await management.setBootDevice(context, 'pxe', false);
      await power.setPowerState(context, 'power on', 5);
      await power.setPowerState(context, 'rebooting', 5);
      await management.setBootDevice(context, 'disk', true);
      await power.setPowerState(context, 'rebooting', 5);
      await power.setPowerState(context, 'rebooting', 5);
      expect(bmc.system.boots).toEqual(['Pxe', 'None', 'Hdd', 'Hdd']);
    });

    it('offers the boot devices that the BMC has for the machine, and refuses others', async () => {
      const bmc = await aBmc({ systems: [{ id: '1', bootTargets: ['Pxe', 'Hdd', 'Usb'] }] });
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      expect(await management.getSupportedBootDevices(context)).toEqual(['pxe', 'disk']);
      await expect(management.setBootDevice(context, 'cdrom', false)).rejects.toMatchObject({
        code: 'invalid',
        remedy: 'Supported boot devices: pxe, disk.',
      });
    });

    it('reads the machine again when somebody else has changed it in between', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      let isTouched = false;
      const racing: CallContext = {
        ...context,
        guard: async () => {
          if (isTouched || !bmc.requests.includes('GET /redfish/v1/Systems/1')) return;
          isTouched = true;
          bmc.system.touch();
        },
      };
      await context.hardware.interfaces.management.setBootDevice(racing, 'pxe', false);
      expect(bmc.system.bootTarget).toBe('Pxe');
      expect(bmc.requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(2);
    });

    it('sets boot mode and secure boot, and injects an NMI', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      await management.setBootMode?.(context, 'bios');
      expect(bmc.system.bootMode).toBe('Legacy');
      await management.setBootMode?.(context, 'uefi');
      expect(bmc.system.bootMode).toBe('UEFI');
      await management.setSecureBoot?.(context, true);
      expect(bmc.system.secureBoot).toBe(true);
      await management.injectNmi?.(context);
      expect(bmc.system.resets).toEqual(['Nmi']);
    });

    it('shows and sets the lights of the machine and of its chassis', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      const light = { readonly: false, states: ['on', 'off', 'blinking'] };
      expect(await management.getIndicators?.(context)).toEqual({
        system: { led: light },
        chassis: { 'chassis-1': light },
      });
      await management.setIndicatorState?.(context, 'system', 'led', 'blinking');
      await management.setIndicatorState?.(context, 'chassis', 'chassis-1', 'on');
      expect(bmc.system.light.show()).toEqual({ IndicatorLED: 'Blinking' });
      expect(await management.getIndicatorState?.(context, 'system', 'led')).toBe('blinking');
      expect(await management.getIndicatorState?.(context, 'chassis', 'chassis-1')).toBe('on');
      await expect(management.getIndicatorState?.(context, 'system', 'fan')).rejects.toMatchObject({
        code: 'invalid',
        remedy: 'Indicators: led@system, chassis-1@chassis.',
      });
    });

    it('knows lights that cannot blink', async () => {
      const bmc = await aBmc({ systems: [{ id: '1', hasNewLights: true }] });
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      await management.setIndicatorState?.(context, 'system', 'led', 'on');
      expect(await management.getIndicatorState?.(context, 'system', 'led')).toBe('on');
      await expect(management.setIndicatorState?.(context, 'system', 'led', 'blinking')).rejects.toMatchObject({
        code: 'invalid',
        remedy: 'Its states: on, off.',
      });
    });
  });
});
