using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SnapshotPortal.ControlPlane.Data.Migrations
{
    /// <inheritdoc />
    public partial class Policies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ExpiresAt",
                table: "Snapshots",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PolicyId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Policies",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    RegionId = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Hours = table.Column<uint>(type: "INTEGER", nullable: false),
                    Weekdays = table.Column<byte>(type: "INTEGER", nullable: false),
                    TimeZoneId = table.Column<string>(type: "TEXT", nullable: false),
                    RetentionDays = table.Column<int>(type: "INTEGER", nullable: true),
                    IsEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    NextRunAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Policies", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Policies_Accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "Accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PolicyDisks",
                columns: table => new
                {
                    PolicyId = table.Column<string>(type: "TEXT", nullable: false),
                    DiskId = table.Column<string>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    AppliedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PolicyDisks", x => new { x.PolicyId, x.DiskId });
                    table.ForeignKey(
                        name: "FK_PolicyDisks_Disks_DiskId",
                        column: x => x.DiskId,
                        principalTable: "Disks",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_PolicyDisks_Policies_PolicyId",
                        column: x => x.PolicyId,
                        principalTable: "Policies",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PolicyRuns",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    PolicyId = table.Column<string>(type: "TEXT", nullable: false),
                    DiskId = table.Column<string>(type: "TEXT", nullable: false),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    FirstDueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    MissedCount = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    SnapshotId = table.Column<string>(type: "TEXT", nullable: true),
                    ReasonCode = table.Column<string>(type: "TEXT", nullable: true),
                    Reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PolicyRuns", x => x.Id);
                    table.ForeignKey(
                        name: "FK_PolicyRuns_Accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "Accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_PolicyRuns_Policies_PolicyId",
                        column: x => x.PolicyId,
                        principalTable: "Policies",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql("UPDATE \"Snapshots\" SET \"ExpiresAt\" = \"CreatedAt\" + \"RetentionDays\" * 86400000 WHERE \"RetentionDays\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_ExpiresAt",
                table: "Snapshots",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Policies_AccountId_CreatedAt_Id",
                table: "Policies",
                columns: new[] { "AccountId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Policies_NextRunAt",
                table: "Policies",
                column: "NextRunAt");

            migrationBuilder.CreateIndex(
                name: "IX_PolicyDisks_DiskId",
                table: "PolicyDisks",
                column: "DiskId");

            migrationBuilder.CreateIndex(
                name: "IX_PolicyRuns_AccountId_CreatedAt_Id",
                table: "PolicyRuns",
                columns: new[] { "AccountId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_PolicyRuns_DiskId_CreatedAt",
                table: "PolicyRuns",
                columns: new[] { "DiskId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_PolicyRuns_PolicyId_DiskId_DueAt",
                table: "PolicyRuns",
                columns: new[] { "PolicyId", "DiskId", "DueAt" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PolicyRuns_SnapshotId",
                table: "PolicyRuns",
                column: "SnapshotId");

            migrationBuilder.CreateIndex(
                name: "IX_PolicyRuns_Status_CreatedAt",
                table: "PolicyRuns",
                columns: new[] { "Status", "CreatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "PolicyDisks");

            migrationBuilder.DropTable(
                name: "PolicyRuns");

            migrationBuilder.DropTable(
                name: "Policies");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_ExpiresAt",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "ExpiresAt",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "PolicyId",
                table: "Snapshots");
        }
    }
}
