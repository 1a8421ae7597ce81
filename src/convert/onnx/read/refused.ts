/** Why a node, or a constant, cannot be taken: said with all the others in the end. */
export class Refused extends Error {}
