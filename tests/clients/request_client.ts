// A client of the nested API with the behaviour and the call shape of the document's TypeScript client.

interface ApiError {
  code: string;
  message: string;
  details?: Array<{ field: string; message: string }>;
  request_id: string;
}

interface ApiResponse<T> {
  success: boolean;
  data?: T;
  error?: ApiError;
}

// The document has a constant; here several keys are tried.
let API_KEY = "";
export function useKey(key: string) {
  API_KEY = key;
}

export async function apiRequest<T>(url: string, options?: RequestInit): Promise<T> {
  const response = await fetch(url, {
    ...options,
    headers: {
      "Authorization": `Bearer ${API_KEY}`,
      "Content-Type": "application/json",
      ...options?.headers,
    },
  });
  const result: ApiResponse<T> = await response.json();
  if (!result.success) {
    throw new ApiRequestError(result.error!, response.status);
  }
  return result.data!;
}

export class ApiRequestError extends Error {
  constructor(public error: ApiError, public statusCode: number) {
    super(error.message);
    this.name = "ApiRequestError";
  }

  get isValidationError() {
    return this.error.code === "VALIDATION_ERROR";
  }

  get isAuthError() {
    return this.statusCode === 401;
  }

  get isRateLimited() {
    return this.statusCode === 429;
  }
}
