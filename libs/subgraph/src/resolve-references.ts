import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Viewer } from '@zhijia/access';

const referencesOf = Symbol('zhijia:references-of');

/**
 * Marks the one method of a service that answers all references to an entity: shape in: keys; out: rows in the same
 * order, null where unknown or refused. Called once per type and request, also for the fields below.
 */
export const ResolveReferences = (typeName: string): MethodDecorator => SetMetadata(referencesOf, typeName);

/** A reference as the gateway sends it: the key fields of the entity. */
export type Reference = Readonly<Record<string, unknown> & { __typename: string }>;

export type ReferenceBatch = (
  references: readonly Reference[],
  viewer: Viewer,
) => Promise<readonly (object | null)[]> | readonly (object | null)[];

/** Finds the marked methods among the providers, once, when the schema is built. */
@Injectable()
export class ReferenceBatches {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  find(): ReadonlyMap<string, ReferenceBatch> {
    const batches = new Map<string, ReferenceBatch>();
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const provider = instance as Record<string, unknown>;
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        const method = provider[name];
        if (typeof method !== 'function') continue;
        const typeName = this.reflector.get<string | undefined>(referencesOf, method);
        if (typeName === undefined) continue;
        if (batches.has(typeName)) throw new Error(`Two methods answer the references to ${typeName}`);
        batches.set(typeName, method.bind(instance) as ReferenceBatch);
      }
    }
    return batches;
  }
}
