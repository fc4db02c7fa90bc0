import { IsInt, IsOptional, IsString, IsUUID } from 'class-validator';

/** The nth change of a node, as the tests' processes publish it. */
export class Counted {
  @IsUUID() node!: string;
  @IsInt() n!: number;
  /** What the handler is to do with it instead of its work. */
  @IsOptional() @IsString() fault?: string;

  /** The nth change of the node. */
  static of(node: string, n: number, fault?: string): Counted {
    return Object.assign(new Counted(), { node, n, ...(fault === undefined ? {} : { fault }) });
  }
}
