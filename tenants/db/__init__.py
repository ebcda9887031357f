"""`ENGINE = "tenants.db"`: PostgreSQL whose search path and row scope follow `tenants.context`."""
