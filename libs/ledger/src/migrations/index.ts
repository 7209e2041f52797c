import { CreateLedgerAccount1760000000200 } from './1760000000200-create-ledger-account.js';
import { CreateLedgerTransfer1760000000201 } from './1760000000201-create-ledger-transfer.js';
import { KeepLedgerBalanced1760000000202 } from './1760000000202-keep-ledger-balanced.js';
import { CreateLedgerHold1760000000203 } from './1760000000203-create-ledger-hold.js';
import { WriteLedgerAtOnce1760000000204 } from './1760000000204-write-ledger-at-once.js';
import { CreateLedgerCheck1760000000205 } from './1760000000205-create-ledger-check.js';
import { PostTransferAtOnce1760000000206 } from './1760000000206-post-transfer-at-once.js';
import { CheckEntriesByStatement1760000000207 } from './1760000000207-check-entries-by-statement.js';
import { AskTheClockOnce1760000000208 } from './1760000000208-ask-the-clock-once.js';

export const ledgerMigrations = [
  CreateLedgerAccount1760000000200,
  CreateLedgerTransfer1760000000201,
  KeepLedgerBalanced1760000000202,
  CreateLedgerHold1760000000203,
  WriteLedgerAtOnce1760000000204,
  CreateLedgerCheck1760000000205,
  PostTransferAtOnce1760000000206,
  CheckEntriesByStatement1760000000207,
  AskTheClockOnce1760000000208,
];
