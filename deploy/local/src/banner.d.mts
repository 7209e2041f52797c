export declare const queryToTry: string;
