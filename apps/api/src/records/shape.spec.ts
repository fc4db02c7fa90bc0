import { describe, expect, it } from 'vitest';
import { filled, shapeOf } from './shape.js';

describe(filled.name, () => {
  const shape = shapeOf(['name', 'owner', 'driver'], null);

  it('copies the shape with what is given, later before earlier', () => {
    const node = filled(shape, { name: 'a', driver: 'ipmi' }, { driver: 'redfish' });
    expect(node).toEqual({ name: 'a', owner: null, driver: 'redfish' });
    expect(shape).toEqual({ name: null, owner: null, driver: null });
  });

  it('takes null for a value and undefined for none', () => {
    expect(filled(shape, { name: 'a' }, { name: undefined })).toEqual({ name: 'a', owner: null, driver: null });
    expect(filled(shapeOf(['name', 'owner'], undefined), { name: null })).toStrictEqual({
      name: null,
      owner: undefined,
    });
  });
});
