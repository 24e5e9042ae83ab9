import GRDB

/// The tables, version by version. A released version is never edited: a change is a new one.
package enum Schema {
    package static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: version1) }
        migrator.registerMigration("v2") { try $0.execute(sql: version2) }
        migrator.registerMigration("v3 sweeps") { try $0.execute(sql: sweeps) }
        migrator.registerMigration("v4") { try $0.execute(sql: version4) }
        migrator.registerMigration("alarms") { try $0.execute(sql: alarms) }
        migrator.registerMigration("v5 owners") { try $0.execute(sql: owners) }
        migrator.registerMigration("v6 tracing") { try $0.execute(sql: tracing) }
        migrator.registerMigration("v7 probe") { try $0.execute(sql: probe) }
        return migrator
    }

    /// What is written to see whether something can be.
    private static let probe = """
        CREATE TABLE probe (
            number INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO probe (number, at) VALUES (1, 0);
        """

    /// The requests that jobs and sweeps came with, and the traces those were part of; NULL for those of before.
    private static let tracing = """
        ALTER TABLE job ADD COLUMN request_id TEXT;
        ALTER TABLE job ADD COLUMN trace_parent TEXT;
        ALTER TABLE job ADD COLUMN trace_state TEXT;
        ALTER TABLE sweep ADD COLUMN request_id TEXT;
        ALTER TABLE sweep ADD COLUMN trace_parent TEXT;
        ALTER TABLE sweep ADD COLUMN trace_state TEXT;
        """

    /// The alarms in short, for the job's resource: JSON; NULL for none. Their events have the rest.
    private static let alarms = "ALTER TABLE job ADD COLUMN alarms BLOB"

    /// `sequence` is a job's or data set's place in lists and in the queue; AUTOINCREMENT never gives one out twice, so
    /// that a list can go on from a deleted element, which `deletion` remembers. Times are milliseconds since 1970.
    /// `job_count` is kept by triggers: counting rows would cost more with every job.
    private static let version1 = """
        CREATE TABLE job (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT,
            owner TEXT,
            created_at INTEGER NOT NULL,
            settings BLOB NOT NULL,
            table_hash TEXT NOT NULL,
            initial_weights_hash TEXT,
            parameter_count INTEGER NOT NULL,
            epochs INTEGER NOT NULL,
            status TEXT NOT NULL
                CHECK (status IN ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
            started_at INTEGER,
            finished_at INTEGER,
            stop_reason TEXT,
            attempts INTEGER NOT NULL,
            lease_epoch INTEGER NOT NULL,
            last_event INTEGER NOT NULL,
            result BLOB,
            input_encoding BLOB,
            failure_code TEXT,
            failure_title TEXT,
            failure_detail TEXT,
            failure_epoch INTEGER,
            failure_step INTEGER
        ) STRICT;
        CREATE INDEX job_by_status ON job (status, sequence);
        CREATE INDEX job_by_table ON job (table_hash);

        CREATE TABLE job_event (
            job INTEGER NOT NULL REFERENCES job (sequence) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_history (
            job INTEGER NOT NULL REFERENCES job (sequence) ON DELETE CASCADE,
            chunk INTEGER NOT NULL,
            metrics BLOB NOT NULL,
            UNIQUE (job, chunk)
        ) STRICT;

        CREATE TABLE job_count (
            status TEXT PRIMARY KEY,
            jobs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO job_count VALUES
            ('queued', 0), ('running', 0), ('cancelling', 0), ('succeeded', 0), ('failed', 0), ('cancelled', 0);
        CREATE TRIGGER job_inserted AFTER INSERT ON job BEGIN
            UPDATE job_count SET jobs = jobs + 1 WHERE status = NEW.status;
        END;
        CREATE TRIGGER job_moved AFTER UPDATE OF status ON job WHEN OLD.status <> NEW.status BEGIN
            UPDATE job_count SET jobs = jobs - 1 WHERE status = OLD.status;
            UPDATE job_count SET jobs = jobs + 1 WHERE status = NEW.status;
        END;
        CREATE TRIGGER job_deleted AFTER DELETE ON job BEGIN
            UPDATE job_count SET jobs = jobs - 1 WHERE status = OLD.status;
        END;

        CREATE TABLE dataset (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT,
            owner TEXT,
            created_at INTEGER NOT NULL,
            table_hash TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            schema BLOB NOT NULL
        ) STRICT;

        CREATE TABLE deletion (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            sequence INTEGER NOT NULL
        ) STRICT;
        """

    /// What is small is kept here and not in a file of its own: `content` as long as a job or a data set names its hash,
    /// which the triggers see to, and networks with their jobs. Large ones are in files, as all were before.
    private static let version2 = """
        CREATE TABLE content (
            number INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX job_by_initial_weights ON job (initial_weights_hash) WHERE initial_weights_hash IS NOT NULL;
        CREATE INDEX dataset_by_table ON dataset (table_hash);
        CREATE TRIGGER job_released AFTER DELETE ON job BEGIN
            DELETE FROM content WHERE hash IN (OLD.table_hash, OLD.initial_weights_hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE initial_weights_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM dataset WHERE table_hash = content.hash);
        END;
        CREATE TRIGGER dataset_released AFTER DELETE ON dataset BEGIN
            DELETE FROM content WHERE hash = OLD.table_hash
                AND NOT EXISTS (SELECT 1 FROM job WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE initial_weights_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM dataset WHERE table_hash = content.hash);
        END;

        CREATE TABLE job_network (
            job INTEGER PRIMARY KEY REFERENCES job (sequence) ON DELETE CASCADE,
            bytes BLOB NOT NULL
        ) STRICT;
        """

    /// Sweeps, and the places of their jobs: `trial` is −1 for a sweep's final job. A sweep holds its table, whether it
    /// has jobs or not.
    private static let sweeps = """
        ALTER TABLE job ADD COLUMN sweep TEXT;
        ALTER TABLE job ADD COLUMN trial INTEGER;
        ALTER TABLE job ADD COLUMN rung INTEGER;
        ALTER TABLE job ADD COLUMN fold INTEGER;
        ALTER TABLE job ADD COLUMN dev_loss_error REAL;
        CREATE UNIQUE INDEX job_by_sweep ON job (sweep, trial, rung, fold) WHERE sweep IS NOT NULL;

        CREATE TABLE sweep (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT,
            owner TEXT,
            created_at INTEGER NOT NULL,
            table_hash TEXT NOT NULL,
            specification BLOB NOT NULL,
            trials BLOB NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
            search_end TEXT,
            finished_at INTEGER,
            failure_code TEXT,
            failure_title TEXT,
            failure_detail TEXT
        ) STRICT;
        CREATE INDEX sweep_by_status ON sweep (status, sequence);
        CREATE INDEX sweep_by_table ON sweep (table_hash);

        DROP TRIGGER job_released;
        DROP TRIGGER dataset_released;
        CREATE TRIGGER job_released AFTER DELETE ON job BEGIN
            DELETE FROM content WHERE hash IN (OLD.table_hash, OLD.initial_weights_hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE initial_weights_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM sweep WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM dataset WHERE table_hash = content.hash);
        END;
        CREATE TRIGGER dataset_released AFTER DELETE ON dataset BEGIN
            DELETE FROM content WHERE hash = OLD.table_hash
                AND NOT EXISTS (SELECT 1 FROM job WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE initial_weights_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM sweep WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM dataset WHERE table_hash = content.hash);
        END;
        CREATE TRIGGER sweep_released AFTER DELETE ON sweep BEGIN
            DELETE FROM content WHERE hash = OLD.table_hash
                AND NOT EXISTS (SELECT 1 FROM job WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM job WHERE initial_weights_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM sweep WHERE table_hash = content.hash)
                AND NOT EXISTS (SELECT 1 FROM dataset WHERE table_hash = content.hash);
        END;
        """

    /// The keys that clients give their requests to create something, with what the first such request made.
    private static let version4 = """
        CREATE TABLE request_key (
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            target TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (owner, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX request_key_by_age ON request_key (created_at);
        """

    /// Lists by owner, and how many jobs of each wait, kept by triggers; those of sweeps do not count. What nobody owns, as in a
    /// service without keys, has no part in any of it.
    private static let owners = """
        ALTER TABLE deletion ADD COLUMN owner TEXT;
        CREATE INDEX job_by_owner ON job (owner, sequence) WHERE owner IS NOT NULL;
        CREATE INDEX job_by_owner_and_status ON job (owner, status, sequence) WHERE owner IS NOT NULL;
        CREATE INDEX sweep_by_owner ON sweep (owner, sequence) WHERE owner IS NOT NULL;
        CREATE INDEX sweep_by_owner_and_status ON sweep (owner, status, sequence) WHERE owner IS NOT NULL;
        CREATE INDEX dataset_by_owner ON dataset (owner, sequence) WHERE owner IS NOT NULL;

        CREATE TABLE owner_queue (
            owner TEXT PRIMARY KEY,
            jobs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO owner_queue SELECT owner, count(*) FROM job
            WHERE owner IS NOT NULL AND sweep IS NULL AND status = 'queued' GROUP BY owner;
        CREATE TRIGGER owned_job_inserted AFTER INSERT ON job
            WHEN NEW.owner IS NOT NULL AND NEW.sweep IS NULL AND NEW.status = 'queued' BEGIN
            INSERT INTO owner_queue VALUES (NEW.owner, 1) ON CONFLICT (owner) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER owned_job_queued AFTER UPDATE OF status ON job
            WHEN NEW.owner IS NOT NULL AND NEW.sweep IS NULL AND OLD.status <> 'queued' AND NEW.status = 'queued' BEGIN
            INSERT INTO owner_queue VALUES (NEW.owner, 1) ON CONFLICT (owner) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER owned_job_unqueued AFTER UPDATE OF status ON job
            WHEN OLD.owner IS NOT NULL AND OLD.sweep IS NULL AND OLD.status = 'queued' AND NEW.status <> 'queued' BEGIN
            UPDATE owner_queue SET jobs = jobs - 1 WHERE owner = OLD.owner;
        END;
        """
}
