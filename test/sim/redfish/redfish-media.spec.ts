import type { JsonObject } from '@bessemer/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { aContext, accessTo, Bmcs } from './driver-context.js';
import type { RedfishSimulator, RedfishSimulatorOptions } from './redfish-simulator.js';

const image = 'http://images.example/rescue.iso';

describe('virtual media and events of a Redfish BMC', () => {
  const bmcs = new Bmcs();
  const aBmc = (options?: RedfishSimulatorOptions) => bmcs.start(options);
  afterEach(() => bmcs.stop());

  const devicesOf = (bmc: RedfishSimulator) => Object.values(bmc.media.devices).map((device) => device.image);

  describe('virtual media', () => {
    it.each([false, true])('are shown, inserted and ejected; by a change of the device %s', async (changesMedia) => {
      const bmc = await aBmc({ changesMedia });
      const context = aContext(accessTo(bmc));
      const { management } = context.hardware.interfaces;
      const attachment = { deviceType: 'cdrom', imageUrl: `${image}?token=secret`, downloadSource: 'http' };
      await management.attachVirtualMedia?.(context, attachment);
      expect(devicesOf(bmc)).toEqual([`${image}?token=secret`, null]);
      expect(await management.getVirtualMedia?.(context)).toEqual([
        { media_types: ['CD', 'DVD'], inserted: true, image },
        { media_types: ['USBStick', 'Floppy'], inserted: false, image: null },
      ]);
      await management.attachVirtualMedia?.(context, { ...attachment, deviceType: 'disk', imageUrl: image });
      await management.detachVirtualMedia?.(context, ['floppy', 'disk']);
      expect(devicesOf(bmc)).toEqual([`${image}?token=secret`, null]);
      await management.detachVirtualMedia?.(context, ['cdrom', 'disk', 'floppy']);
      expect(devicesOf(bmc)).toEqual([null, null]);
    });

    it('are given credentials apart from the address', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const imageUrl = 'http://ada:p%40ss@images.example/rescue.iso';
      await context.hardware.interfaces.management.attachVirtualMedia?.(context, {
        ...{ deviceType: 'cdrom', imageUrl, downloadSource: 'local' },
      });
      expect(bmc.media.devices['Cd']).toMatchObject({ image, username: 'ada' });
    });

    it('are left alone when the image is in place, and not taken from another', async () => {
      const bmc = await aBmc();
      const context = aContext(accessTo(bmc));
      const attach = async (imageUrl: string, deviceType = 'cdrom') =>
        await context.hardware.interfaces.management.attachVirtualMedia?.(context, {
          ...{ deviceType, imageUrl, downloadSource: 'http' },
        });
      await attach(image);
      await attach(image);
      expect(bmc.requests.filter((request) => request.includes('InsertMedia'))).toHaveLength(1);
      await expect(attach('http://images.example/other.iso')).rejects.toMatchObject({
        code: 'conflict',
        remedy: expect.stringContaining('Detach'),
      });
      await expect(attach(image, 'tape')).rejects.toMatchObject({ code: 'unsupported', field: 'device_type' });
    });
  });

  describe('vendor methods', () => {
    const call = async (bmc: RedfishSimulator, method: string, args: JsonObject = {}) => {
      const context = aContext(accessTo(bmc));
      return await context.hardware.interfaces.vendor.call(context, method, args);
    };

    it.each<[JsonObject, (string | null)[]]>([
      [{}, [null, null]],
      [{ boot_device: 'dvd' }, [null, image]],
      [{ boot_device: 'CD' }, [null, image]],
      [{ boot_device: 'usb' }, [image, null]],
    ])('eject_vmedia with %j leaves %j', async (args, left) => {
      const bmc = await aBmc();
      for (const device of Object.values(bmc.media.devices)) device.image = image;
      await call(bmc, 'eject_vmedia', args);
      expect(devicesOf(bmc)).toEqual(left);
    });

    it('make, show and delete event subscriptions', async () => {
      const bmc = await aBmc();
      const headers = [{ Authorization: 'Bearer secret' }];
      const shown = { Id: '1', Destination: 'https://listener.example/events', Protocol: 'Redfish', Context: '' };
      expect(await call(bmc, 'create_subscription', { Destination: shown.Destination, HttpHeaders: headers })).toEqual({
        ...shown,
        EventTypes: ['Alert'],
      });
      expect(bmc.events.subscriptions.get('1')).toMatchObject({ HttpHeaders: headers });
      expect(await call(bmc, 'get_subscription', { id: '1' })).toEqual({ ...shown, EventTypes: ['Alert'] });
      expect(await call(bmc, 'get_all_subscriptions')).toMatchObject({
        Members: [{ '@odata.id': '/redfish/v1/EventService/Subscriptions/1' }],
      });
      await call(bmc, 'delete_subscription', { id: 1 });
      expect(bmc.events.subscriptions.size).toBe(0);
      for (const method of ['delete_subscription', 'get_subscription'])
        await expect(call(bmc, method, { id: '1' })).rejects.toMatchObject({ code: 'not-found', field: 'id' });
    });

    it.each<[string, JsonObject, string]>([
      ['eject_vmedia', { boot_device: 'tape' }, 'Boot device tape is not a valid value'],
      ['create_subscription', {}, 'Destination is required'],
      ['create_subscription', { Destination: 'listener' }, 'Destination is required and must be a URL'],
      ['create_subscription', { Destination: image, EventTypes: ['Party'] }, 'of Alert, StatusChange, not Party'],
      ['create_subscription', { Destination: image, EventTypes: 'Alert' }, 'EventTypes must be a list'],
      ['create_subscription', { Destination: image, Context: 1 }, 'Context must be text'],
      ['create_subscription', { Destination: image, HttpHeaders: 'a' }, 'HttpHeaders must be a list'],
      ['create_subscription', { Destination: image, Colour: 'red' }, 'takes Destination, .* not Colour'],
      ['get_subscription', {}, 'id of a subscription is required'],
      ['delete_subscription', { id: '' }, 'id of a subscription is required'],
      ['delete_subscription', { id: '..' }, 'no name of a subscription'],
      ['reboot', {}, 'No handler for method reboot'],
    ])('%s with %j is refused', async (method, args, message) => {
      const bmc = await aBmc();
      await expect(call(bmc, method, args)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringMatching(message),
      });
      expect(bmc.requests.filter((request) => /^POST .*(Media|Subscriptions)/.test(request))).toEqual([]);
    });

    it.each(['../../Systems/1', '1?x=2', '1#x'])('reach no other resource by the id %s', async (id) => {
      const bmc = await aBmc();
      await call(bmc, 'create_subscription', { Destination: image });
      await expect(call(bmc, 'get_subscription', { id })).rejects.toMatchObject({ code: 'not-found' });
    });
  });
});
