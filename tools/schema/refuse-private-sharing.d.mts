import type { DefinitionNode } from 'graphql';

export declare function refusePrivateSharing(service: string, definitions: readonly DefinitionNode[]): void;
