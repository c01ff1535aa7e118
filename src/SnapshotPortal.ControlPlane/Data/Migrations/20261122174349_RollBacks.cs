using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SnapshotPortal.ControlPlane.Data.Migrations
{
    /// <inheritdoc />
    public partial class RollBacks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "DiskRollBacks",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    DiskId = table.Column<string>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    SnapshotId = table.Column<string>(type: "TEXT", nullable: true),
                    StateOf = table.Column<long>(type: "INTEGER", nullable: false),
                    KeptName = table.Column<string>(type: "TEXT", nullable: false),
                    KeptBody = table.Column<string>(type: "TEXT", nullable: true),
                    KeptUntil = table.Column<long>(type: "INTEGER", nullable: false),
                    KeptBodyEpoch = table.Column<uint>(type: "INTEGER", nullable: false),
                    KeptLineage_Epoch = table.Column<uint>(type: "INTEGER", nullable: false),
                    KeptLineage_SnapshotId = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DiskRollBacks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DiskRollBacks_Disks_DiskId",
                        column: x => x.DiskId,
                        principalTable: "Disks",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DiskRollBacks_DiskId_CreatedAt",
                table: "DiskRollBacks",
                columns: new[] { "DiskId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_DiskRollBacks_KeptUntil",
                table: "DiskRollBacks",
                column: "KeptUntil");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DiskRollBacks");
        }
    }
}
