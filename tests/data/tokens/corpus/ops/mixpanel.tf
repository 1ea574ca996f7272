variable "mixpanel_token" {
  description = "Project token of the shop"
  type        = string
  default     = "@@web-production@@"
}

variable "datadog_api_key" {
  type    = string
  default = "c4ca4238a0b923820dcc509a6f75849b"
}
