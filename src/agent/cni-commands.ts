import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest, CniResponse } from '../api/cni-exchange.ts';
import { monotonicMs } from '../host/monotonic-ms.ts';
import { readAttachment } from './attachment.ts';
import { addAttachment } from './cni-add.ts';
import { checkAttachment } from './cni-check.ts';
import type { CniContext } from './cni-context.ts';
import { deleteAttachment } from './cni-del.ts';
import { collectAttachments } from './cni-gc.ts';
import { recordName } from './endpoint-record.ts';
import { KeyedLock } from './keyed-lock.ts';

/** Carries out the commands of the CNI plugin. */
export class CniCommands {
  readonly #context: CniContext;
  readonly #locks = new KeyedLock();
  readonly #busy = new Map<string, number>();

  constructor(context: CniContext) {
    this.#context = context;
  }

  /** @throws CniError, WeftError */
  async handle(request: CniRequest): Promise<CniResponse> {
    switch (request.command) {
      case 'STATUS':
        await this.#status();
        return { ok: true };
      case 'GC':
        await collectAttachments(this.#context, request, new Set(this.#busy.keys()));
        return { ok: true };
      case 'CHECK':
        checkAttachment(this.#context, readAttachment(request), request);
        return { ok: true };
      case 'ADD':
      case 'DEL':
        return this.#change(request);
    }
  }

  /** Many attachments side by side; what concerns one attachment, or one device, one after the other. */
  #change(request: CniRequest): Promise<CniResponse> {
    const attachment = readAttachment(request);
    const { containerId, ifName, device } = attachment;
    const recorded = this.#context.endpoints.get(containerId, ifName)?.endpoint.device ?? device;
    const keys = [
      ...new Set([`attachment ${recordName(containerId, ifName)}`, `device ${device}`, `device ${recorded}`]),
    ];
    return this.#while(containerId, () =>
      this.#locks.run(keys, async () => {
        if (request.command === 'ADD') {
          refuseLate(request);
          if (!request.netns) {
            throw new CniError(
              cniErrorCode.invalidEnvironment,
              'Cannot add without a network namespace: CNI_NETNS needed',
            );
          }
          return { ok: true, result: await addAttachment(this.#context, attachment, request) };
        }
        await deleteAttachment(this.#context, attachment);
        return { ok: true };
      }),
    );
  }

  async #while<T>(containerId: string, work: () => Promise<T>): Promise<T> {
    this.#busy.set(containerId, (this.#busy.get(containerId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#busy.get(containerId) ?? 1) - 1;
      if (left === 0) this.#busy.delete(containerId);
      else this.#busy.set(containerId, left);
    }
  }

  async #status(): Promise<void> {
    const obstacle = await this.#context.obstacle();
    if (obstacle === undefined) return;
    const code = this.#context.impaired() ? cniErrorCode.notAvailableLimited : cniErrorCode.notAvailable;
    throw new CniError(code, `Cannot network new pods: ${obstacle}`);
  }
}

/** It waited behind others, or this process was stopped. */
function refuseLate({ deadlineMs }: CniRequest): void {
  if (typeof deadlineMs !== 'number' || monotonicMs() < deadlineMs) return;
  throw new CniError(cniErrorCode.tryAgainLater, 'Cannot add: whoever asked has stopped waiting', 'Try again later');
}
