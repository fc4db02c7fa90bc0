import { Controller, Get, Param } from '@nestjs/common';
import { type Explanation, NodeExplainService } from './node-explain.service.js';

/** `GET /v1/nodes/{node}/explain`: Bessemer's own view of what a node is doing and waiting for. */
@Controller('v1/nodes')
export class NodeExplainController {
  constructor(private readonly nodes: NodeExplainService) {}

  @Get(':node/explain')
  explain(@Param('node') identifier: string): Promise<Explanation> {
    return this.nodes.explain(identifier);
  }
}
