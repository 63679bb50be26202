// A client of the flat API with the behaviour and the call shape of the document's JavaScript client.
// What looks like a slip is the document's: headers of the caller take the place of the client's own.

export class LeadAPIClient {
  constructor(apiKey, baseURL) {
    this.apiKey = apiKey;
    this.baseURL = baseURL;
  }

  async makeRequest(endpoint, options = {}) {
    const config = {
      headers: {
        "Authorization": `Bearer ${this.apiKey}`,
        "Content-Type": "application/json",
        ...options.headers,
      },
      ...options,
    };
    try {
      const response = await fetch(`${this.baseURL}${endpoint}`, config);
      if (response.status === 429) {
        const retryAfter = response.headers.get("Retry-After");
        throw new RateLimitError("Rate limit exceeded", parseInt(retryAfter), response.headers);
      }
      const data = await response.json();
      if (!response.ok) {
        throw new APIError(data.error || "Unknown error", response.status, data.code, data.details);
      }
      return data;
    } catch (error) {
      if (error.name === "TypeError" || error.name === "NetworkError") {
        throw new NetworkError("Network connection failed", error);
      }
      throw error;
    }
  }

  async createLead(leadData) {
    return this.makeRequest("/leads", { method: "POST", body: JSON.stringify(leadData) });
  }
}

export class APIError extends Error {
  constructor(message, status, code, details) {
    super(message);
    this.name = "APIError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export class RateLimitError extends APIError {
  constructor(message, retryAfter, headers) {
    super(message, 429, "RATE_LIMIT_EXCEEDED");
    this.retryAfter = retryAfter;
    this.headers = headers;
  }
}

export class NetworkError extends Error {
  constructor(message, originalError) {
    super(message);
    this.name = "NetworkError";
    this.originalError = originalError;
  }
}
