-- What the home query tells, as one service with one database would keep it.
CREATE TABLE organisation (id uuid PRIMARY KEY, name_zh text NOT NULL);
CREATE TABLE member (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  masked_name text NOT NULL
);
CREATE TABLE time_account (member_id uuid PRIMARY KEY REFERENCES member, balance_minutes bigint NOT NULL);
CREATE TABLE points_account (member_id uuid PRIMARY KEY REFERENCES member, balance_points bigint NOT NULL);
CREATE TABLE campaign (
  id uuid PRIMARY KEY,
  state text NOT NULL,
  title_zh text NOT NULL,
  opens_at timestamptz NOT NULL,
  closes_at timestamptz NOT NULL,
  points_per_member integer,
  pool_points bigint,
  is_pool_empty boolean NOT NULL
);
CREATE TABLE reward_pool (
  campaign_id uuid PRIMARY KEY REFERENCES campaign,
  points_per_member bigint NOT NULL,
  remaining_points bigint NOT NULL,
  is_empty boolean NOT NULL
);
CREATE TABLE electorate_slot (
  member_id uuid NOT NULL REFERENCES member,
  campaign_id uuid NOT NULL REFERENCES campaign,
  PRIMARY KEY (member_id, campaign_id)
);
CREATE TABLE participation (
  member_id uuid NOT NULL REFERENCES member,
  campaign_id uuid NOT NULL REFERENCES campaign,
  PRIMARY KEY (member_id, campaign_id)
);
