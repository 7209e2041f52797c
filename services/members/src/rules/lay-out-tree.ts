/** Where an organisation hangs: its own label and its parent's id. */
export interface TreeNode {
  readonly id: string;
  readonly node: number;
  readonly parentId: string | null;
}

/**
 * The path of every organisation, from the root: `1.20.311`. Labels never change, so a path changes only with its
 * parents.
 *
 * @throws Error when a parent is missing or an organisation stands below itself: such a tree was never planned.
 */
export function layOutTree(nodes: Iterable<TreeNode>): Map<string, string> {
  const byId = new Map<string, TreeNode>();
  for (const node of nodes) byId.set(node.id, node);
  const paths = new Map<string, string>();
  for (const start of byId.values()) {
    const climbed: TreeNode[] = [];
    let at: TreeNode | undefined = start;
    while (at !== undefined && !paths.has(at.id)) {
      climbed.push(at);
      if (climbed.length > byId.size) throw new Error('An organisation stands below itself');
      if (at.parentId === null) break;
      const parent = byId.get(at.parentId);
      if (parent === undefined) throw new Error('An organisation hangs on one that is not there');
      at = parent;
    }
    for (const node of climbed.reverse()) {
      const above = node.parentId === null ? undefined : paths.get(node.parentId);
      paths.set(node.id, above === undefined ? String(node.node) : `${above}.${node.node}`);
    }
  }
  return paths;
}
