DROP TABLE published_months;
