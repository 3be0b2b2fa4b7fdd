-- Secret ballots of votes that are open. Only what was voted last is kept, without a time, and all of it is deleted in
-- the transaction that writes the sums: who voted what never is in the journal.
CREATE TABLE urn (
    conference  TEXT    NOT NULL,
    participant TEXT    NOT NULL,
    yes         BOOLEAN NOT NULL,
    PRIMARY KEY (conference, participant)
);
