import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { faultBody } from '../http/faults.js';
import { readParameters, workflowImportParameters } from '../versions/parameters.js';
import { ImportError, WorkflowImportService } from './workflow-import.service.js';
import type { WorkflowView } from './workflows.dto.js';
import { WorkflowsService } from './workflows.service.js';

/** Workflows: Bessemer's own, beside the contract of Ironic. */
@Controller('v1/workflows')
export class WorkflowsController {
  constructor(
    private readonly imports: WorkflowImportService,
    private readonly workflows: WorkflowsService,
  ) {}

  /** Imports an instackenv.json; `introspect` and `provide` say how far each machine is to be taken. */
  @Post('import')
  @HttpCode(202)
  async import(
    @Body() body: unknown,
    @Query() query: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { introspect, provide } = readParameters(workflowImportParameters, query, context.minor);
    const options = { introspect: introspect === true, provide: provide === true };
    try {
      const { workflow, warnings } = await this.imports.import(body, options, context);
      void reply.header('location', `${context.base}/v1/workflows/${workflow}`);
      return { ...(await this.workflows.show(workflow, context)), warnings };
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      void reply.code(error.status);
      return { ...faultBody(error), problems: error.problems };
    }
  }

  /** The newest workflows. */
  @Get()
  async list(@Context() context: RequestContext): Promise<{ workflows: WorkflowView[] }> {
    return { workflows: await this.workflows.list(context) };
  }

  /** How far one workflow is. */
  @Get(':workflow')
  show(@Param('workflow') workflow: string, @Context() context: RequestContext): Promise<WorkflowView> {
    return this.workflows.show(workflow, context);
  }
}
